// A .names file of the KDD Cup or the UCI archive.

#include <string>

#include "fuzz_target.h"
#include "netstray/base/error.h"
#include "netstray/source/names_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace netstray;
  try {
    const NamesFile file = read_names_file(open_memory("fuzz", std::string(fuzz::text_of(bytes, size))));
    fuzz::require(file.names.size() >= 2 && file.names.back() == "label", "there are columns, and a label");
    for (const auto& name : file.names) fuzz::require(!name.empty(), "every column has a name");
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
