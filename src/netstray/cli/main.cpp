#include <array>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "netstray/base/memory.h"
#include "netstray/base/text.h"
#include "netstray/cli/program.h"

namespace {

/// A standard stream that the caller closed must not become the first file that is opened: what is said on standard
/// error would go into it. Such a stream is held, the wrong way round, so that using it fails.
void hold_standard_streams() {
  constexpr std::array kWrongWay{O_WRONLY, O_RDONLY, O_RDONLY};
  for (int stream = 0; stream < 3; ++stream) {
    if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", kWrongWay[static_cast<std::size_t>(stream)]);
  }
}

}  // namespace

int main(int count, char** values) {
  netstray::keep_freed_memory();
  const std::vector<std::string> arguments(values + (count > 0 ? 1 : 0), values + count);
  hold_standard_streams();
  try {
    return netstray::run_program(arguments);
  } catch (const std::bad_alloc&) {
    netstray::tell("netstray: not enough memory\n");
  } catch (const std::exception& error) {
    netstray::tell(std::string("netstray: internal error: ") + error.what() + "\n");
  }
  return 1;
}
