using System.Globalization;
using SecureStreams.Policy;

namespace SecureStreams.Remote;

/// <summary>What a policy says of its own publication.</summary>
/// <param name="Revision"><c>policy_revision</c>.</param>
/// <param name="Expires"><c>policy_expires</c>.</param>
/// <param name="Refresh"><c>policy_refresh_s</c>.</param>
internal readonly record struct PolicyTerms(long? Revision, DateTimeOffset? Expires, TimeSpan? Refresh)
{
    public static PolicyTerms Of(DocumentPolicy document) => new(
        document.Find("policy_revision")?.Value.Number,
        document.Find("policy_expires") is { } expires && DateTimeOffset.TryParse(expires.Value.Text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at : null,
        document.Find("policy_refresh_s") is { } refresh ? TimeSpan.FromSeconds(refresh.Value.Number) : null);
}
