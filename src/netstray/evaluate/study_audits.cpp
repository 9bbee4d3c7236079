#include "netstray/evaluate/study_audits.h"

#include <algorithm>
#include <array>

#include "netstray/evaluate/study_audit_context.h"

namespace netstray {
namespace {

/// What the study itself knows better than its models do.
constexpr std::array<std::string_view, 4> kJudgedHere{"duplicates-across", "base-rate", "polarity",
                                                      "threshold-on-training"};

/// The same where it knows it at all.
bool judged_here(const DetectorFacts& facts, std::string_view id) {
  if (id == "constant-features") return facts.learned_columns > 0;
  return std::ranges::find(kJudgedHere, id) != kJudgedHere.end();
}

/// Adds a finding about one detector, to an equal one about another where there is one.
void add(std::vector<Audit>& audits, std::size_t first, Audit found, const std::string& detector) {
  const auto begin = audits.begin() + static_cast<std::ptrdiff_t>(first);
  const auto equal = std::find_if(begin, audits.end(), [&](const Audit& audit) {
    return audit.id == found.id && audit.severity == found.severity && audit.text == found.text;
  });
  if (equal != audits.end()) {
    equal->of.push_back(detector);
    return;
  }
  found.of = {detector};
  audits.push_back(std::move(found));
}

void append(std::vector<Audit>& audits, std::vector<Audit> more) {
  audits.insert(audits.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// What the detectors' own audits say beside what is judged here: id by id, in the order of the first that has it.
void add_own_audits(std::vector<Audit>& audits, const std::vector<DetectorFacts>& detectors) {
  std::vector<std::string> ids;
  for (const auto& detector : detectors)
    for (const auto& own : detector.audits)
      if (std::ranges::find(ids, own.id) == ids.end() && !judged_here(detector, own.id)) ids.push_back(own.id);
  for (const auto& id : ids) {
    const auto first = audits.size();
    for (const auto& detector : detectors)
      for (const auto& own : detector.audits)
        if (own.id == id && !judged_here(detector, id)) add(audits, first, own, detector.name);
  }
}

}  // namespace

std::vector<Audit> audit_study(const StudyFacts& facts) {
  std::vector<Audit> audits;
  for (const auto look :
       {audit_joined_rows, audit_identity_as_number, audit_lags_across_entities, audit_sampled_before_split})
    append(audits, look(facts));
  for (const auto look : {audit_trained_on_test, audit_cut_on_test, audit_cut_on_training, audit_encoder_on_test,
                          audit_chosen_on_test, audit_equal_rows, audit_study_base_rate, audit_study_polarity,
                          audit_study_constant_features, audit_named_for, audit_output_activation}) {
    const auto first = audits.size();
    for (const auto& detector : facts.detectors)
      if (auto found = look({facts, detector})) add(audits, first, std::move(*found), detector.name);
  }
  append(audits, audit_scaling(facts));
  add_own_audits(audits, facts.detectors);
  return audits;
}

}  // namespace netstray
