# SPDX-License-Identifier: Apache-2.0
# The installed package: the program weir, archives, headers, a CMake package and a pkg-config file.

include(CMakePackageConfigHelpers)

set(weir_folders api state network actors coordination connectors)
set(weir_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/weir)
list(TRANSFORM weir_folders PREPEND weir_ OUTPUT_VARIABLE weir_targets)

install(TARGETS weir ${weir_targets} weir_protobuf_if_needed weir_rocksdb_if_needed
        EXPORT weir_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET weir_tool)
  install(TARGETS weir_tool weir_state_tool DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(EXPORT weir_targets NAMESPACE weir:: FILE weir-targets.cmake
        DESTINATION ${weir_package_dir})
foreach(folder IN LISTS weir_folders)
  if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/${folder})
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder}/
            DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/weir/${folder}
            FILES_MATCHING PATTERN "*.hpp" PATTERN cmake EXCLUDE)
  endif()
endforeach()

configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/weir-config.cmake.in ${PROJECT_BINARY_DIR}/weir-config.cmake
  INSTALL_DESTINATION ${weir_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/weir-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/weir-config.cmake
              ${PROJECT_BINARY_DIR}/weir-config-version.cmake
              ${PROJECT_SOURCE_DIR}/network/cmake/FindCAF.cmake
        DESTINATION ${weir_package_dir})

# pkg-config: dependents before what they depend on; the group makes the order not matter.
set(weir_archives "")
get_property(built_archives GLOBAL PROPERTY WEIR_ARCHIVES)
foreach(target IN ITEMS weir_connectors weir_coordination weir_actors weir_network weir_state
                        weir_api)
  if(target IN_LIST built_archives)
    string(APPEND weir_archives " -l${target}")
  endif()
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/weir.pc.in ${PROJECT_BINARY_DIR}/weir.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/weir.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
