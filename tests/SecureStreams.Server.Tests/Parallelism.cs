// Every test looks for sockets that it left open, and those of another test beside it would be taken for its own.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
