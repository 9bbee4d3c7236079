#pragma once

#include <string>

namespace netstray {

/// All fields that flows can become, set by set, for a terminal of 100 columns.
std::string flow_fields_text();
/// The same as the tables of docs/conn-v1.md.
std::string flow_fields_markdown();

}  // namespace netstray
