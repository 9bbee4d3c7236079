#pragma once

#include <string>
#include <vector>

#include "members.h"

namespace netstray {

/// One recipe on one set: an outcome a seed.
struct Measured {
  std::string recipe;
  std::string set;
  std::vector<Outcome> outcomes;
};

/// Markdown tables: the goals' figures for KDD99 and NSL-KDD, then the other sets, then false alarms against asked.
std::string tables_of(const std::vector<Measured>& measured);

}  // namespace netstray
