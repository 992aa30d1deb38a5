using SecureStreams.Network;
using SecureStreams.Policy;

namespace SecureStreams.Testing.Faults;

/// <summary>Makes the injector of a context.</summary>
internal sealed class FaultInjectorFactory : ISsFaultInjectorFactory
{
    public static FaultInjectorFactory Instance { get; } = new();

    public SsFaultInjector Create(SsPlatform platform, Func<string, StreamTypePolicy?> findPolicy) => new FaultInjector(platform.Time, findPolicy);
}
