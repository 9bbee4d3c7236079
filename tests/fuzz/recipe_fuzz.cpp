// Recipes of experiments, and the texts that come of editing them.

#include <string>
#include <vector>

#include "fuzz_target.h"
#include "netstray/base/error.h"
#include "netstray/experiment/recipe/recipe.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = netstray::fuzz::text_of(bytes, size);
  netstray::Experiment experiment;
  try {
    experiment = netstray::parse_recipe(text, "recipe.toml");
  } catch (const netstray::Error&) {
    return 0;
  }
  netstray::fuzz::require(!experiment.detectors.empty(), "a recipe has detectors");
  const std::vector<std::string> seed = {"seed=7"};
  try {
    const std::string edited = netstray::edited_recipe(text, "recipe.toml", seed);
    netstray::fuzz::require(netstray::parse_recipe(edited, "recipe.toml").seed == 7,
                            "an edit says what it was told to");
  } catch (const netstray::Error&) {
    netstray::fuzz::require(false, "a recipe can be edited");
  }
  return 0;
}
