#pragma once

#include <functional>
#include <thread>

namespace netstray {

/// Starts a thread that runs beside this one. False, and nothing done, where there is to be one thread only
/// (set_threads) and where the system has no more to give: the caller then does the work itself. `work` must not throw.
bool start_thread(std::thread& thread, std::function<void()> work);

}  // namespace netstray
