// The HTTP parsers that bitswire is measured beside, each behind one function and in a file of its own, since their
// macros and enumerators collide.
#pragma once

#include <string_view>

enum class side { request, response };

/// What a user of a tokenizer gets in the end: how many headers there were, and whether the head is complete.
struct tokens {
    int headers = 0;
    bool complete = false;
};

tokens tokenize_llhttp(side s, std::string_view bytes);
tokens tokenize_http_parser(side s, std::string_view bytes);
tokens tokenize_beast(side s, std::string_view bytes);
