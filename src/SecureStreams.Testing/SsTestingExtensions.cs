using SecureStreams.Testing.Faults;

namespace SecureStreams.Testing;

/// <summary>Lets contexts inject faults.</summary>
public static class SsTestingExtensions
{
    /// <summary>
    /// The same settings with fault injection: the context obeys <c>test_faults</c> of its policy. Without this call a policy that states any is refused when a context is made of it, and when an
    /// update or an overlay brings it, so that a program in production never obeys one, wherever its policy comes from. The settings given are not changed.
    /// </summary>
    /// <param name="options">The settings.</param>
    /// <returns>A copy whose <see cref="SsContextOptions.FaultInjectors"/> is that of this package.</returns>
    public static SsContextOptions UseFaultInjection(this SsContextOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with { FaultInjectors = FaultInjectorFactory.Instance };
    }

    /// <summary>Gives the context of a host fault injection, inside the action that <c>AddSecureStreams</c> takes.</summary>
    /// <param name="options">The options that are being set.</param>
    /// <returns><paramref name="options"/>.</returns>
    public static SecureStreamsOptions UseFaultInjection(this SecureStreamsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.FaultInjectors = FaultInjectorFactory.Instance;
        return options;
    }
}
