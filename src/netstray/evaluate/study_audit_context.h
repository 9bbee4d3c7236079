#pragma once

#include <optional>
#include <string>
#include <vector>

#include "netstray/evaluate/study_audits.h"

namespace netstray {

/// What tables went through before any split. docs/audits.md says what each means and when it warns.
std::vector<Audit> audit_joined_rows(const StudyFacts& facts);
std::vector<Audit> audit_identity_as_number(const StudyFacts& facts);
std::vector<Audit> audit_lags_across_entities(const StudyFacts& facts);
std::vector<Audit> audit_sampled_before_split(const StudyFacts& facts);

/// One detector of a study, with all the others at hand.
struct DetectorContext {
  const StudyFacts& study;
  const DetectorFacts& detector;
};

/// Each gives nothing where there is nothing of the kind to look at.
std::optional<Audit> audit_trained_on_test(const DetectorContext& context);
std::optional<Audit> audit_cut_on_test(const DetectorContext& context);
std::optional<Audit> audit_cut_on_training(const DetectorContext& context);
std::optional<Audit> audit_encoder_on_test(const DetectorContext& context);
std::optional<Audit> audit_chosen_on_test(const DetectorContext& context);
std::optional<Audit> audit_equal_rows(const DetectorContext& context);
std::optional<Audit> audit_study_base_rate(const DetectorContext& context);
std::optional<Audit> audit_study_polarity(const DetectorContext& context);
std::optional<Audit> audit_study_constant_features(const DetectorContext& context);
std::optional<Audit> audit_named_for(const DetectorContext& context);
std::optional<Audit> audit_output_activation(const DetectorContext& context);

/// About all detectors together.
std::vector<Audit> audit_scaling(const StudyFacts& facts);

}  // namespace netstray
