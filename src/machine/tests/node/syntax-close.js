if (true) {
}}
