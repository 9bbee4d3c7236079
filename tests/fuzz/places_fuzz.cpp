// A table of who addresses belong to: lines of text, or a MaxMind DB.

#include <array>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "fuzz_target.h"
#include "netstray/base/error.h"
#include "netstray/feature/asn_table.h"

namespace netstray {
namespace {

/// A file in memory that has a path: MaxMind DB files are read by path only.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content) : file_(::memfd_create("places", MFD_CLOEXEC)) {
    const auto written = ::write(file_, content.data(), content.size());
    fuzz::require(written == static_cast<ssize_t>(content.size()), "the input is written");
  }
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

void look_up(const AsnTable& table) {
  constexpr std::array kAddresses = {"0.0.0.0",   "1.0.0.0", "1.0.0.255",       "1.1.0.0",      "127.255.255.255",
                                     "128.0.0.0", "8.8.8.8", "255.255.255.255", "::",           "2001:db8::1",
                                     "2002::1",   "ffff::",  "::ffff:1.0.0.1",  "8000::ffff:1", "2001:db8:ffff::"};
  const auto& owners = table.owners();
  for (const char* const address : kAddresses) {
    const AsnOwner* found = table.find(*parse_address(address));
    if (found == nullptr) continue;
    fuzz::require(found >= owners.data() && found < owners.data() + owners.size(), "what is found is an owner");
    fuzz::require(!found->is_gap(), "gaps are not found");
  }
  fuzz::require(table.ranges() > 0, "there are ranges");
  fuzz::require(table.unique_asns().rows() <= owners.size(), "an owner is listed once");
}

}  // namespace
}  // namespace netstray

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace netstray;
  const MemoryFile file(fuzz::text_of(bytes, size));
  try {
    look_up(read_asn_table(file.path()));
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
