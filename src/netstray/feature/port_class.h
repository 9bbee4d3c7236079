#pragma once

#include "netstray/feature/derive.h"

namespace netstray {

/// Notebook 001's classes of well-known destination ports, for `mapped`: 0 for what nobody uses any more, 10 for what
/// runs a network, 20 for logins and files, 30 for the web, 40 for mail and news, 50 for port 81; 100 for all others. A
/// judgement of that notebook's author, kept as it is: their order is learned as if it meant something.
const ValueMap& port_classes();

}  // namespace netstray
