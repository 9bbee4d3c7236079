#include <exception>
#include <new>
#include <string>
#include <vector>

#include "netstray/base/memory.h"
#include "netstray/base/text.h"
#include "netstray/cli/program.h"

int main(int count, char** values) {
  netstray::keep_freed_memory();
  const std::vector<std::string> arguments(values + (count > 0 ? 1 : 0), values + count);
  try {
    return netstray::run_program(arguments);
  } catch (const std::bad_alloc&) {
    netstray::tell("netstray: not enough memory\n");
  } catch (const std::exception& error) {
    netstray::tell(std::string("netstray: internal error: ") + error.what() + "\n");
  }
  return 1;
}
