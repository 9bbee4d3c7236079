#include "netstray/detect/join.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace netstray {
namespace {

constexpr std::array<std::pair<Join, std::string_view>, 3> kJoins{
    {{Join::mean, "mean"}, {Join::fisher, "fisher"}, {Join::max, "max"}}};

/// -log10 of P(chi-squared with 2 n degrees of freedom >= 2 x) = e^-x (1 + x + ... + x^(n-1) / (n-1)!), where x is the
/// sum of -ln p. The sum is taken as its logarithm, term by term, so that large x does not overflow.
double fisher_p(double x, std::size_t n) noexcept {
  if (!(x > 0)) return 0;
  double log_term = 0;
  double log_sum = 0;
  for (std::size_t i = 1; i < n; ++i) {
    log_term += std::log(x / static_cast<double>(i));
    const double high = std::max(log_sum, log_term);
    log_sum = high + std::log1p(std::exp(std::min(log_sum, log_term) - high));
  }
  return std::max(0.0, (x - log_sum) / std::numbers::ln10);
}

}  // namespace

std::string_view name_of(Join how) noexcept {
  for (const auto& [known, name] : kJoins) {
    if (known == how) return name;
  }
  return "mean";
}

std::optional<Join> join_named(std::string_view name) noexcept {
  for (const auto& [how, known] : kJoins) {
    if (known == name) return how;
  }
  return {};
}

double join(std::span<const double> minus_log10_p, Join how) noexcept {
  if (minus_log10_p.empty()) return 0;
  double sum = 0;
  for (const double value : minus_log10_p) sum += value;
  switch (how) {
    case Join::mean:
      return sum / static_cast<double>(minus_log10_p.size());
    case Join::fisher:
      return fisher_p(sum * std::numbers::ln10, minus_log10_p.size());
    case Join::max:
      break;
  }
  return *std::max_element(minus_log10_p.begin(), minus_log10_p.end());
}

}  // namespace netstray
