using SecureStreams.Policy;

namespace SecureStreams.Transports.Http;

/// <summary>A declared metadata name that travels in a header.</summary>
/// <param name="Index">Its place in the metadata store.</param>
/// <param name="Name">The header.</param>
/// <param name="Role">What it does in a request.</param>
/// <param name="IsCredential">Whether it stays behind when a redirect leads to another origin.</param>
internal readonly record struct HttpHeaderRow(int Index, string Name, HttpHeaderRole Role, bool IsCredential)
{
    // A metadata or header name with one of these in it is taken for a credential. Withholding one header too many from a stranger costs a refused
    // request, which is seen; sending one too many costs a secret, which is not.
    private static readonly string[] CredentialWords =
        ["auth", "token", "key", "secret", "cookie", "passw", "credential", "session", "signature", "jwt"];

    public static HttpHeaderRow Of(int index, MetadataPolicy metadata)
    {
        var name = metadata.Header!.Trim().TrimEnd(':');
        return new HttpHeaderRow(index, name, RoleOf(name), IsCredentialName(name) || IsCredentialName(metadata.Name));
    }

    /// <summary>What a header of this name does in a request.</summary>
    public static HttpHeaderRole RoleOf(string name) => name.ToUpperInvariant() switch
    {
        "HOST" => HttpHeaderRole.Host,
        "CONTENT-LENGTH" => HttpHeaderRole.Length,
        "TRANSFER-ENCODING" or "CONNECTION" or "KEEP-ALIVE" or "UPGRADE" or "PROXY-CONNECTION" or "EXPECT" => HttpHeaderRole.Refused,
        _ => HttpHeaderRole.Plain,
    };

    /// <summary>Whether a header or metadata of this name is taken for a credential.</summary>
    public static bool IsCredentialName(string name) =>
        Array.Exists(CredentialWords, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
