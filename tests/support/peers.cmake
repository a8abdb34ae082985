# The HTTP parsers of others that bitswire is measured beside and compared with, as Debian packages them: llhttp (the
# sources in node-llhttp), http-parser and Boost.Beast.
enable_language(C)
find_package(Boost 1.74 REQUIRED)
find_path(LLHTTP_INCLUDE llhttp/llhttp.h PATHS /usr/share/include REQUIRED)
find_path(LLHTTP_SOURCE llhttp.c PATHS /usr/share/llhttp REQUIRED)
find_path(HTTP_PARSER_INCLUDE http_parser.h REQUIRED)
find_library(HTTP_PARSER_LIBRARY http_parser REQUIRED)

# A library of llhttp, and of http-parser and Beast beside it. Strictness is a matter of how llhttp is compiled: what is
# given as `strict`, 0 or 1, is LLHTTP_STRICT_MODE.
function(add_http_peers target strict)
  # node-llhttp ships the generated C sources of llhttp 8; they include "llhttp.h".
  add_library(${target} STATIC ${LLHTTP_SOURCE}/llhttp.c ${LLHTTP_SOURCE}/api.c ${LLHTTP_SOURCE}/http.c)
  target_include_directories(${target} SYSTEM PUBLIC ${LLHTTP_INCLUDE}/llhttp ${HTTP_PARSER_INCLUDE})
  target_compile_definitions(${target} PUBLIC LLHTTP_STRICT_MODE=${strict})
  target_compile_options(${target} PRIVATE -w)
  target_link_libraries(${target} PUBLIC Boost::headers ${HTTP_PARSER_LIBRARY})
endfunction()
