namespace SecureStreams.Abstractions.Tests.Implementation;

/// <summary>Tests that count bytes of the process, or of pools that the process shares.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
