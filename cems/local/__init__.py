"""What starts CEMS on one machine: embedded servers, processes under watch, `make run` and `make test`."""
