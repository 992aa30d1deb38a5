namespace SecureStreams.TestSupport.Tests.Checks;

/// <summary>Tests that look at the whole process run alone.</summary>
[CollectionDefinition(nameof(WholeProcess), DisableParallelization = true)]
public class WholeProcess;
