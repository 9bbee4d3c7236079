#pragma once

#include <memory>

#include "netstray/base/byte_source.h"

namespace netstray {

/// The same bytes, read (and unpacked) on a thread of their own, a few MiB ahead of who takes them. An Error of the
/// source is thrown where it would have been. Gives `source` itself back where that would gain nothing or could hang:
/// with one thread (set_threads), where the system has no more to give, and where the size is not known (a pipe may not
/// have more for a long time).
std::unique_ptr<ByteSource> read_ahead(std::unique_ptr<ByteSource> source);

}  // namespace netstray
