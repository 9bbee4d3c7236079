#include "netstray/base/version.h"

namespace netstray {

std::string_view version() noexcept { return NETSTRAY_VERSION; }

}  // namespace netstray
