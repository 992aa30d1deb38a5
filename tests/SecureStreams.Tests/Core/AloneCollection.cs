using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>Tests that measure the whole process, so that nothing else may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    /// <summary>Its name.</summary>
    public const string Name = "alone";
}
