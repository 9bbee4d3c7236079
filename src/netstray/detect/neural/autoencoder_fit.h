#pragma once

#include <cstddef>

#include "netstray/detect/neural/autoencoder.h"

namespace netstray {

/// The layers that `settings` ask for, output layer included, for rows of `columns` dense columns. Throws usage Error
/// where a setting is out of range.
std::vector<DenseLayer> autoencoder_layers(const AutoencoderSettings& settings, std::size_t columns);

/// Teaches `net` to reproduce the rows of `matrix`, which are finite, and returns how it went.
LearningCurves teach_autoencoder(DenseNet& net, const Matrix& matrix, const AutoencoderSettings& settings,
                                 const FitContext& context);

}  // namespace netstray
