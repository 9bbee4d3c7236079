#include <exception>
#include <new>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "netstray/cli/program.h"

int main(int count, char** values) {
  const std::vector<std::string> arguments(values + (count > 0 ? 1 : 0), values + count);
  try {
    return netstray::run_program(arguments);
  } catch (const std::bad_alloc&) {
    std::fputs("netstray: not enough memory\n", stderr);
  } catch (const std::exception& error) {
    fmt::print(stderr, "netstray: internal error: {}\n", error.what());
  }
  return 1;
}
