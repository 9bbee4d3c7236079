#include <memory>

#include "benchmarks/raw_files.h"
#include "benchmarks/served_job.h"
#include "netstray/base/text.h"
#include "netstray/embed/tsne.h"

namespace netstray {
namespace {

std::size_t whole(const std::string& text) { return static_cast<std::size_t>(parse_integer(text).value_or(0)); }

}  // namespace

Job picture_job(const std::vector<std::string>& words) {
  if (words.size() != 4 || words[0] != "tsne") return {};
  const auto matrix = std::make_shared<Matrix>(read_matrix(words[1], whole(words[2]), whole(words[3])));
  return [=] { return seconds_of([&] { tsne(*matrix); }); };
}

}  // namespace netstray
