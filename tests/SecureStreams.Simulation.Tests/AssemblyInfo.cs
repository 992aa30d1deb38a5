// Seeds take every core by themselves.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
