using System.Security.Cryptography;
using System.Text;

namespace SecureStreams;

/// <summary>Credentials of AWS in blobs, for streamtypes whose scheme is of type <c>sigv4</c>.</summary>
/// <remarks>
/// All parts are one value, so that a change of them is seen whole. Its form is that of a profile in a credentials file of the AWS tools: lines
/// <c>aws_access_key_id = ...</c>, <c>aws_secret_access_key = ...</c> and, for temporary credentials, <c>aws_session_token = ...</c>. A file with one profile can be
/// stored as it stands.
/// </remarks>
public static class SsAwsCredentials
{
    /// <summary>The longest session token, in characters: with more, a request's head would hardly be taken by anyone.</summary>
    public const int LongestSessionToken = 16 * 1024;

    internal const string IdName = "aws_access_key_id";
    internal const string SecretName = "aws_secret_access_key";
    internal const string TokenName = "aws_session_token";
    internal const int LongestId = 128;
    internal const int LongestSecret = 512;

    /// <summary>Sets the credentials of a scheme, or replaces them. Each attempt from now on signs with them.</summary>
    /// <param name="store">The store, such as <c>context.Blobs</c>.</param>
    /// <param name="name">The blob: <see cref="SsBlobNames.ExtendedAuth"/> of the scheme's <c>blob</c>, or its <c>blob_name</c>.</param>
    /// <param name="accessKeyId">Whose they are: 1 to 128 printable characters of ASCII, no <c>/</c> or <c>,</c>; it goes on the wire.</param>
    /// <param name="secretAccessKey">The secret: 1 to 512 printable characters of ASCII. Copied and never sent; the caller clears its own.</param>
    /// <param name="sessionToken">The session token of temporary credentials, printable ASCII; it goes on the wire. Null for none.</param>
    /// <param name="expires">When temporary credentials end: from then on there are none. Null for never.</param>
    /// <exception cref="ArgumentException">A part has not the form of one; no message quotes it.</exception>
    /// <exception cref="SsBlobException">They cannot be stored; what was stored before stays.</exception>
    public static void WriteAwsCredentials(
        this ISsBlobStore store, string name, string accessKeyId, ReadOnlySpan<char> secretAccessKey, string? sessionToken = null, DateTimeOffset? expires = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(accessKeyId);
        SsBlobNames.Check(name);
        if (!IsPart(accessKeyId, LongestId) || accessKeyId.AsSpan().ContainsAny('/', ','))
            throw new ArgumentException($"An access key id has 1 to {LongestId} printable characters of ASCII, and no '/' or ','.", nameof(accessKeyId));
        if (!IsPart(secretAccessKey, LongestSecret))
            throw new ArgumentException($"A secret access key has 1 to {LongestSecret} printable characters of ASCII.", nameof(secretAccessKey));
        if (sessionToken is not null && !IsPart(sessionToken, LongestSessionToken))
            throw new ArgumentException($"A session token has 1 to {LongestSessionToken} printable characters of ASCII.", nameof(sessionToken));

        // Pinned and cleared, as blobs are.
        var value = GC.AllocateUninitializedArray<byte>(128 + accessKeyId.Length + secretAccessKey.Length + (sessionToken?.Length ?? 0), pinned: true);
        try
        {
            var length = 0;
            Add(IdName, accessKeyId);
            Add(SecretName, secretAccessKey);
            if (sessionToken is not null)
                Add(TokenName, sessionToken);
            store.Write(name, value.AsSpan(0, length), expires);

            void Add(string part, ReadOnlySpan<char> text)
            {
                length += Encoding.ASCII.GetBytes(part, value.AsSpan(length));
                value[length++] = (byte)'=';
                length += Encoding.ASCII.GetBytes(text, value.AsSpan(length));
                value[length++] = (byte)'\n';
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(value);
        }
    }

    private static bool IsPart(ReadOnlySpan<char> text, int longest) => text.Length > 0 && text.Length <= longest && !text.ContainsAnyExceptInRange('!', '~');
}
