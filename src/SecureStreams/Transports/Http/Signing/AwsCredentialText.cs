using System.Text;

namespace SecureStreams.Transports.Http.Signing;

/// <summary>The credentials in a blob, see <see cref="SsAwsCredentials"/>. The secret is never copied out of it, and nothing of it is in what is said of problems.</summary>
internal readonly ref struct AwsCredentialText
{
    private AwsCredentialText(ReadOnlySpan<byte> id, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> token)
    {
        Id = Encoding.ASCII.GetString(id);
        Secret = secret;
        Token = token.IsEmpty ? null : Encoding.ASCII.GetString(token);
    }

    public string Id { get; }

    public ReadOnlySpan<byte> Secret { get; }

    /// <summary>The session token; null where there is none.</summary>
    public string? Token { get; }

    /// <summary>Reads them.</summary>
    /// <param name="text">The blob.</param>
    /// <param name="credentials">What it holds; parts of <paramref name="text"/>.</param>
    /// <returns>Why it cannot be used, or null.</returns>
    public static string? Read(ReadOnlySpan<byte> text, out AwsCredentialText credentials)
    {
        credentials = default;
        ReadOnlySpan<byte> id = default, secret = default, token = default;
        var profiles = 0;
        var number = 0;
        foreach (var range in text.Split((byte)'\n'))
        {
            number++;
            var line = text[range].Trim(" \t\r"u8);
            if (line.IsEmpty || line[0] is (byte)'#' or (byte)';')
                continue;
            if (line[0] == '[')
            {
                if (++profiles > 1)
                    return $"line {number} begins a second profile; store one alone";
                continue;
            }

            var equals = line.IndexOf((byte)'=');
            if (equals < 0)
                return $"line {number} is not of the form name = value; store lines as a credentials file of AWS has them, or use WriteAwsCredentials";
            var value = line[(equals + 1)..].TrimStart(" \t"u8);
            var name = line[..equals].TrimEnd(" \t"u8);
            var again = Is(name, SsAwsCredentials.IdName) ? Take(value, ref id)
                : Is(name, SsAwsCredentials.SecretName) ? Take(value, ref secret)
                : Is(name, SsAwsCredentials.TokenName) && Take(value, ref token);
            if (again)
                return $"line {number} says again what a line before it says";
        }

        if (Problem(id, SsAwsCredentials.IdName, SsAwsCredentials.LongestId) is { } noId)
            return noId;
        if (id.ContainsAny((byte)'/', (byte)','))
            return $"its {SsAwsCredentials.IdName} has '/' or ',' in it; it may be the secret";
        if (Problem(secret, SsAwsCredentials.SecretName, SsAwsCredentials.LongestSecret) is { } noSecret)
            return noSecret;
        if (!token.IsEmpty && Problem(token, SsAwsCredentials.TokenName, SsAwsCredentials.LongestSessionToken) is { } noToken)
            return noToken;
        credentials = new AwsCredentialText(id, secret, token);
        return null;
    }

    private static string? Problem(ReadOnlySpan<byte> value, string name, int longest) =>
        value.IsEmpty ? $"it has no {name}"
        : value.Length > longest ? $"its {name} has {value.Length} characters, and {longest} is the most"
        : value.ContainsAnyExceptInRange((byte)'!', (byte)'~') ? $"its {name} has characters that are not printable ASCII"
        : null;

    private static bool Is(ReadOnlySpan<byte> name, string wanted) => Ascii.EqualsIgnoreCase(name, wanted);

    private static bool Take(ReadOnlySpan<byte> value, ref ReadOnlySpan<byte> into)
    {
        var again = !into.IsEmpty;
        into = value;
        return again;
    }
}
