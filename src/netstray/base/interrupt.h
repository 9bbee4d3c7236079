#pragma once

namespace netstray {

/// Makes Ctrl-C, SIGTERM and SIGHUP (where they are not ignored) set a flag that check_interrupt looks at; a second one
/// ends the program at once. Also ignores SIGPIPE and SIGXFSZ, so that a closed pipe and a file over its limit are an
/// Error of the writer. Call once, in main.
void install_interrupt_handler();

/// Throws Error of kind `interrupted` once the user has asked to stop. Cheap: call it per block of rows.
void check_interrupt();

}  // namespace netstray
