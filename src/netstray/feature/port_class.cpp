#include "netstray/feature/port_class.h"

#include <initializer_list>
#include <utility>

namespace netstray {
namespace {

struct PortClass {
  double number = 0;
  std::initializer_list<int> ports;
};

ValueMap make_classes() {
  constexpr double kOther = 100;
  ValueMap map;
  map.fallback = kOther;
  for (const auto& [number, ports] :
       std::initializer_list<PortClass>{{0, {0, 1, 5, 83}},
                                        {10, {7, 37, 43, 53, 123, 135, 137, 139, 161, 389, 500, 843}},
                                        {20, {20, 21, 22, 23, 82, 88, 445, 514}},
                                        {30, {80, 443, 444, 465}},
                                        {40, {25, 110, 119, 143, 585, 587, 993, 995}},
                                        {50, {81}}}) {
    for (const int port : ports) map.numbers.emplace(std::to_string(port), number);
  }
  return map;
}

}  // namespace

const ValueMap& port_classes() {
  static const ValueMap classes = make_classes();
  return classes;
}

}  // namespace netstray
