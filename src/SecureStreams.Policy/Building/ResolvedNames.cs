namespace SecureStreams.Policy;

/// <summary>What names of a policy stand for while its parts are built.</summary>
internal sealed class ResolvedNames(Dictionary<string, CertificatePolicy> certificates)
{
    public Dictionary<string, CertificatePolicy> Certificates { get; } = certificates;

    public Dictionary<string, RetryPolicy> Retries { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, TrustStorePolicy> TrustStores { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, AuthPolicy> Auths { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a name of this section stands for something that no policy need define.</summary>
    public static bool IsBuiltIn(PolicySection section, string name) => section == PolicySection.Auth && name == AuthPolicy.DefaultName;

    /// <summary>The scheme of this name; the built-in one where the policy does not define it.</summary>
    public AuthPolicy AuthOf(string name) => Auths.TryGetValue(name, out var auth) ? auth : AuthPolicy.Default;
}
