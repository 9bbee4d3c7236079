# `cmake --install build/release --prefix /usr/local` (or `make install`).
include(GNUInstallDirs)
install(TARGETS netstray RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY recipes/ DESTINATION ${CMAKE_INSTALL_DATADIR}/netstray/recipes FILES_MATCHING PATTERN "*.toml")

# The man page and the completions are what the program itself prints: one source with --help.
set(shell_files ${CMAKE_BINARY_DIR}/share)
add_custom_command(OUTPUT ${shell_files}/netstray.1 ${shell_files}/netstray ${shell_files}/_netstray ${shell_files}/netstray.fish
  COMMAND ${CMAKE_COMMAND} -E make_directory ${shell_files}
  COMMAND netstray man > ${shell_files}/netstray.1
  COMMAND netstray completion bash > ${shell_files}/netstray
  COMMAND netstray completion zsh > ${shell_files}/_netstray
  COMMAND netstray completion fish > ${shell_files}/netstray.fish
  DEPENDS netstray VERBATIM)
add_custom_target(netstray_shell_files ALL DEPENDS ${shell_files}/netstray.1)
install(FILES ${shell_files}/netstray.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${shell_files}/netstray DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${shell_files}/_netstray DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${shell_files}/netstray.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
