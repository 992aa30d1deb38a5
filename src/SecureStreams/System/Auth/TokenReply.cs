using System.Globalization;
using System.Text.Json;
using SecureStreams.Network;

namespace SecureStreams.Tokens;

/// <summary>What a token server answered (RFC 6749 section 5). Holds a secret: it is not to be printed.</summary>
internal sealed class TokenReply
{
    private const string AccessToken = "access_token";

    private TokenReply()
    {
    }

    /// <summary>The token; null when there is none.</summary>
    public string? Token { get; private set; }

    /// <summary>How long it lives.</summary>
    public TimeSpan Life { get; private set; } = TokenDefaults.AssumedLife;

    /// <summary>The root token for the next time, where the server changes it (RFC 6749 section 6); null when it does not.</summary>
    public string? NextRoot { get; private set; }

    /// <summary><c>error</c> of a refusal, such as <c>invalid_grant</c>; null for none. Cleaned.</summary>
    public string? Error { get; private set; }

    /// <summary><c>error_description</c> of a refusal; null for none. Cleaned, and as long as it came: it may quote a secret, which is to be found whole.</summary>
    public string? Description { get; private set; }

    /// <summary>Why it is of no use; null when it has a token. It never tells the token.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads the answer to a request that succeeded.</summary>
    public static TokenReply OfSuccess(ReadOnlySpan<byte> json)
    {
        var reply = Read(json);
        reply.Problem ??= reply.Error is not null ? reply.DescribeError() : reply.Token is null ? "it has no access_token" : null;
        if (reply.Problem is not null)
            reply.Token = null;
        return reply;
    }

    /// <summary>Reads the answer to a request that was refused; what is no JSON says nothing.</summary>
    public static TokenReply OfRefusal(ReadOnlySpan<byte> json)
    {
        var reply = Read(json);
        (reply.Token, reply.NextRoot) = (null, null);
        return reply;
    }

    /// <summary><c>error</c> and <c>error_description</c> as a detail tells them.</summary>
    public string? DescribeError() => Error is null ? null : Description is null ? $"the server says {Error}" : $"the server says {Error}: {Description}";

    /// <inheritdoc/>
    public override string ToString() => "token reply";

    private static TokenReply Read(ReadOnlySpan<byte> json)
    {
        var reply = new TokenReply();
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                reply.Problem = "it is no JSON object";
            else
                reply.ReadMembers(ref reader);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The message of the platform may quote what it read.
            reply.Problem = "it is no JSON, or is cut short";
        }

        return reply;
    }

    private void ReadMembers(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = reader.ValueTextEquals("access_token"u8) ? Member.Token
                : reader.ValueTextEquals("expires_in"u8) ? Member.Life
                : reader.ValueTextEquals("token_type"u8) ? Member.Type
                : reader.ValueTextEquals("refresh_token"u8) ? Member.Root
                : reader.ValueTextEquals("error"u8) ? Member.Error
                : reader.ValueTextEquals("error_description"u8) ? Member.Description
                : Member.Other;
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
                continue;
            switch (member)
            {
                case Member.Token when Token is not null:
                    Problem ??= "it has two access_tokens";
                    break;
                case Member.Token:
                    Token = Secret(ref reader, AccessToken);
                    break;
                case Member.Root:
                    NextRoot = Secret(ref reader, "refresh_token");
                    break;
                case Member.Life:
                    ReadLife(ref reader);
                    break;
                case Member.Type when reader.TokenType != JsonTokenType.String || !string.Equals(reader.GetString(), "bearer", StringComparison.OrdinalIgnoreCase):
                    Problem ??= "its token_type is not bearer, and other tokens are not known here";
                    break;
                case Member.Error:
                    Error = Clean(ref reader);
                    break;
                case Member.Description:
                    Description = Clean(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        // What follows the object would be read by nobody.
        if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
            Problem ??= "it is no JSON object";
    }

    /// <summary>Visible characters, nothing that could forge a header; and in a refresh token the space (RFC 6749 appendix A), which no header takes as a part of a token (RFC 6750 section 2.1).</summary>
    private string? Secret(ref Utf8JsonReader reader, string name)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        if (text is null)
            Problem ??= $"its {name} is no string";
        else if (text.Length == 0)
            Problem ??= $"its {name} is empty";
        else if (text.AsSpan().IndexOfAnyExceptInRange(name == AccessToken ? '!' : ' ', '~') is >= 0 and var at)
            Problem ??= $"its {name} has a character at position {at} that no token has, and which could forge a header";
        else
            return text;
        return null;
    }

    private void ReadLife(ref Utf8JsonReader reader)
    {
        double seconds;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out seconds))
        {
            // As it should be.
        }
        else if (reader.TokenType != JsonTokenType.String || !reader.GetString()!.All(char.IsAsciiDigit) || !double.TryParse(reader.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out seconds))
        {
            Problem ??= "its expires_in is no number";
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                reader.Skip();
            return;
        }

        if (!(seconds >= 1))
            Problem ??= string.Create(CultureInfo.InvariantCulture, $"its expires_in is {seconds:0.###}, so that the token has expired already");
        else
            Life = seconds >= TokenDefaults.LongestLife.TotalSeconds ? TokenDefaults.LongestLife : TimeSpan.FromSeconds(seconds);
    }

    private static string? Clean(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return OperatorText.Clean(reader.GetString()!, int.MaxValue);
        reader.Skip();
        return null;
    }

    private enum Member
    {
        Other,
        Token,
        Life,
        Type,
        Root,
        Error,
        Description,
    }
}
