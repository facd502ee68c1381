# A program that ends by a signal; it has closed all that it can before.
# ignore: ^0x|in __|Download
continue
continue
info threads
