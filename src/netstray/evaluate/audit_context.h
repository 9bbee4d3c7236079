#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/evaluate/evaluation.h"

namespace netstray {

/// What several audits need, made once.
struct AuditContext {
  const AuditInput& input;
  std::vector<std::size_t> columns;  ///< in the table: the learned ones, in the encoder's order; empty without a table
  std::vector<std::uint64_t> rows;   ///< fingerprints over them
  std::vector<std::uint64_t> sorted_rows;

  explicit AuditContext(const AuditInput& audited);

  /// Label of each row; empty without truth.
  std::span<const std::uint8_t> labels() const noexcept;
  /// The same, but 1 where a row is of the class that the model was not fitted on.
  std::vector<std::uint8_t> unusual() const;
  /// The other rows in words: "normal rows".
  std::string_view usual_rows() const noexcept { return input.fitted_on_attacks ? "attacks" : "normal rows"; }
};

/// Each gives nothing where it lacks what it needs. docs/audits.md says what each means and when it warns.
std::optional<Audit> audit_duplicates_within(const AuditContext& context);
std::optional<Audit> audit_duplicates_across(const AuditContext& context);
std::optional<Audit> audit_base_rate(const AuditContext& context);
std::optional<Audit> audit_polarity(const AuditContext& context);
std::optional<Audit> audit_ceiling(const AuditContext& context);
std::optional<Audit> audit_trivial_models(const AuditContext& context);
std::optional<Audit> audit_constant_features(const AuditContext& context);
std::optional<Audit> audit_unseen_categories(const AuditContext& context);
std::optional<Audit> audit_out_of_range(const AuditContext& context);
std::optional<Audit> audit_calibration_shift(const AuditContext& context);
std::optional<Audit> audit_threshold_on_training(const AuditContext& context);

/// For the texts: "80.3 %"; "1 row", "7,641 rows"; "0.9817"; the first few names "a, b, c and 9 more". What is below 1
/// is never rounded to "100 %" or "1".
std::string percent_text(double share);
std::string rows_text(std::uint64_t rows);
std::string decimal_text(double value);
std::string names_text(std::span<const std::string> names, std::size_t most = 8);

}  // namespace netstray
