using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>
/// Faults act only where the program asked for it in code. Elsewhere a policy that has them is refused as a whole, from wherever it came: it was written for a test, and what else it says
/// (other endpoints, other trust) was too.
/// </summary>
internal static class FaultGate
{
    /// <summary>The attribute with the faults.</summary>
    public const string Faults = "test_faults";

    /// <exception cref="SsPolicyException">It has faults, and the program has not asked for them; each streamtype is named with its place.</exception>
    public static void ThrowIfForbidden(PolicyModel model, SsContextOptions options)
    {
        if (options.FaultInjectors is not null)
            return;
        List<string>? lines = null;
        foreach (var (name, stream) in model.StreamTypes)
        {
            if (stream.Find(Faults) is { Value.Items.IsEmpty: false } stated)
                (lines ??= []).Add($"{stated.Location}: error: streamtype '{name}' has {Faults}, faults that a test injects; take them out of this policy");
        }

        if (lines is null)
            return;
        lines.Sort(StringComparer.Ordinal);
        throw new SsPolicyException(
            $"The policy injects faults and this program has not asked for it; a test does so with the package SecureStreams.Testing and options.UseFaultInjection():{Environment.NewLine}{string.Join(Environment.NewLine, lines)}",
            [.. lines]);
    }

    /// <summary>A certificate that is refused before anybody was asked for one.</summary>
    public static TransportFailure Refused(SsCauseCode code) => new(SsPhase.Tls, code, code switch
    {
        SsCauseCode.CertificateUntrusted => "the server's certificate is refused: it is not trusted (a fault that was injected)",
        SsCauseCode.CertificateExpired => "the server's certificate is refused: it has expired (a fault that was injected)",
        SsCauseCode.CertificateHostMismatch => "the server's certificate is refused: it is for another name (a fault that was injected)",
        _ => "the TLS handshake failed (a fault that was injected)",
    }) { Attribute = Faults };
}
