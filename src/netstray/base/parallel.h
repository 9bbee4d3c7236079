#pragma once

#include <cstddef>
#include <functional>

namespace netstray {

/// How many threads parallel_for uses, the caller's included. 0 = one per core that this process may run on (the
/// default). Call it before the first parallel_for; not thread-safe.
void set_threads(unsigned count);
unsigned threads() noexcept;

/// Calls body(begin, end) for consecutive pieces of [0, n), each `grain` long but the last. The pieces do not depend on
/// the number of threads, so a body that writes only to places of its own piece gives the same result for any number.
/// Waits for all; the error of the earliest piece that failed is rethrown, and the pieces behind it are left out. Idle
/// workers park. Nested calls run in the calling thread, as do those of a second thread while the workers help another.
/// Throws Error of kind `interrupted` between two pieces once the user has asked to stop.
void parallel_for(std::size_t n, std::size_t grain,
                  const std::function<void(std::size_t begin, std::size_t end)>& body);

}  // namespace netstray
