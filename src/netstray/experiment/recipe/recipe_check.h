#pragma once

#include "netstray/experiment/recipe/recipe_key.h"

namespace netstray {

/// Checks what one table of a recipe says about another, once all are read: that names stand for something, that no
/// table is made from itself, that a threshold's rows are kept back. Fills in the table of a study and the study of a
/// detector where there is only one, and puts tables in an order in which they can be made. `root` tells where things
/// stand. Throws Error with the place.
void check_recipe(const RecipeText& recipe, const TomlValue& root, Experiment& experiment);

}  // namespace netstray
