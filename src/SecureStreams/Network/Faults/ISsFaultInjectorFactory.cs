using SecureStreams.Policy;

namespace SecureStreams.Network;

/// <summary>
/// Makes what injects faults into the connections of a context; given as <see cref="SsContextOptions.FaultInjectors"/>. <c>UseFaultInjection()</c> of the package SecureStreams.Testing
/// sets one that obeys the attributes <c>test_faults</c> of the policy. Safe from any thread; may serve several contexts.
/// </summary>
public interface ISsFaultInjectorFactory
{
    /// <summary>Makes the injector of one context.</summary>
    /// <param name="platform">The world of the context; delays are to be taken from its clock.</param>
    /// <param name="findPolicy">The policy of a streamtype that is in force now; null when there is none. From any thread.</param>
    /// <returns>The injector. Nobody disposes it.</returns>
    SsFaultInjector Create(SsPlatform platform, Func<string, StreamTypePolicy?> findPolicy);
}
