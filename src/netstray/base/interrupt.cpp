#include "netstray/base/interrupt.h"

#include <atomic>
#include <csignal>

#include "netstray/base/error.h"

namespace netstray {
namespace {

std::atomic<bool> interrupted = false;

extern "C" void on_signal(int) { interrupted.store(true, std::memory_order_relaxed); }

}  // namespace

void install_interrupt_handler() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void check_interrupt() {
  if (interrupted.load(std::memory_order_relaxed)) throw Error("interrupted", Error::Kind::interrupted);
}

}  // namespace netstray
