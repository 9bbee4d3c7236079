# `cmake --install build/release --prefix /usr/local` (or `make install`).
include(GNUInstallDirs)
install(TARGETS netstray RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
