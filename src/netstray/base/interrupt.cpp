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
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before{};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);  // nohup asks not to hear of SIGHUP
  }
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
}

void check_interrupt() {
  if (interrupted.load(std::memory_order_relaxed)) throw Error("interrupted", Error::Kind::interrupted);
}

}  // namespace netstray
