#include "netstray/base/start_thread.h"

#include <system_error>
#include <utility>

#include "netstray/base/parallel.h"

namespace netstray {

bool start_thread(std::thread& thread, std::function<void()> work) {
  if (threads() < 2) return false;
  try {
    thread = std::thread(std::move(work));
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

}  // namespace netstray
