namespace SecureStreams.Policy;

/// <summary>An entry of <c>auth</c>: how streams that name it prove who they are.</summary>
public sealed record AuthPolicy : PolicyPart
{
    /// <summary>
    /// Login With Amazon, which holds for a streamtype that states <c>http_auth_header</c> and no <c>use_auth</c>: the token of blob 0 in that header. A policy may
    /// define a scheme of this name itself.
    /// </summary>
    public const string DefaultName = "lwa";

    /// <summary><c>type</c>: the kind of scheme, such as <c>sigv4</c>; empty when not stated.</summary>
    public required string Type { get; init; }

    /// <summary><c>streamtype</c>: the streamtype that fetches a new token; empty when not stated.</summary>
    public required string StreamType { get; init; }

    /// <summary><c>blob</c>: index of the blob that holds the token; 0 when not stated.</summary>
    public required int Blob { get; init; }

    /// <summary><c>blob_name</c>: name of the blob that holds the token, instead of its index; null when not stated.</summary>
    public required string? BlobName { get; init; }

    /// <summary>Whether it signs requests (<c>sigv4</c>) instead of sending a token.</summary>
    public bool IsSigning => Type == "sigv4";

    /// <summary>What <see cref="DefaultName"/> means to a policy that does not define it.</summary>
    public static AuthPolicy Default { get; } = new() { Name = DefaultName, Type = "", StreamType = "", Blob = 0, BlobName = null };

    /// <summary>By value, places not.</summary>
    public bool Equals(AuthPolicy? other) =>
        other is not null && Name == other.Name && Type == other.Type && StreamType == other.StreamType && Blob == other.Blob && BlobName == other.BlobName &&
        StatedValues.Same(this, other, static (_, row) => row is not PolicyAttributeInfo<AuthParts> && row.Name != "name");

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, StreamType, Blob);
}
