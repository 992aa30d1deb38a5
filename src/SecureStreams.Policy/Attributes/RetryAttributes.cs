using System.Collections.Immutable;

namespace SecureStreams.Policy;

internal static class RetryAttributes
{
    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        new PolicyAttributeInfo<RetryParts>(static (retry, value) => retry.SetBackoff(value.Items))
        {
            Section = PolicySection.Retry, Name = "backoff", Kind = PolicyValueKind.NumberList, Unit = "ms", MaximumItems = 256, Default = "[3000]",
            ActedOn = true, Impact = PolicyImpact.NextAttempt, Help = "The delay before each retry in turn; the last one repeats.",
        },
        new PolicyAttributeInfo<RetryParts>(static (retry, value) => retry.Conceal = (int)value.Number)
        {
            Section = PolicySection.Retry, Name = "conceal", Kind = PolicyValueKind.Number, Maximum = RetryPolicy.Forever, LargerMeans = "which never stops trying", Default = "0", ActedOn = true,
            Impact = PolicyImpact.NextAttempt, Help = "How many retries are made before the application is told; 65535 never stops trying, and a larger number is read as that.",
        },
        new PolicyAttributeInfo<RetryParts>(static (retry, value) => retry.JitterPercent = (int)value.Number)
        {
            Section = PolicySection.Retry, Name = "jitterpc", Kind = PolicyValueKind.Number, Maximum = 100, Unit = "%", Default = "30", ActedOn = true,
            Impact = PolicyImpact.NextAttempt, Help = "Up to this share of a delay is added at random; 0 for none.",
        },
        new PolicyAttributeInfo<RetryParts>(static (retry, value) => retry.ValidityPing = TimeSpan.FromSeconds(value.Number))
        {
            Section = PolicySection.Retry, Name = "svalidping", Kind = PolicyValueKind.Number, Maximum = 65535, Unit = "s", ActedOn = true,
            Impact = PolicyImpact.Live, Help = "Quiet time after which the peer is asked for a sign of life.",
        },
        new PolicyAttributeInfo<RetryParts>(static (retry, value) => retry.ValidityHangup = TimeSpan.FromSeconds(value.Number))
        {
            Section = PolicySection.Retry, Name = "svalidhup", Kind = PolicyValueKind.Number, Maximum = 65535, Unit = "s", ActedOn = true,
            Impact = PolicyImpact.Live, Help = "Quiet time after which the connection is hung up; 0 switches the check off.",
        },
        Milliseconds(static (retry, delay) => retry.ValidityPing = delay, "svalidping_ms", "", "As svalidping, in milliseconds; counts instead of it."),
        Milliseconds(static (retry, delay) => retry.ValidityHangup = delay, "svalidhup_ms", "", "As svalidhup, in milliseconds; counts instead of it. 0 switches the check off."),
        Milliseconds(static (retry, delay) => retry.RestartAfter = delay, "restart_after_ms", "0", "Begin anew this long after all retries failed; 0 only when the application asks."),
    ];

    private static PolicyAttributeInfo<RetryParts> Milliseconds(Action<RetryParts, TimeSpan> set, string name, string otherwise, string help) =>
        new((retry, value) => set(retry, TimeSpan.FromMilliseconds(value.Number)))
        {
            Section = PolicySection.Retry, Name = name, Kind = PolicyValueKind.Number, Unit = "ms", Default = otherwise, Impact = PolicyImpact.Live,
            ActedOn = true, IsExtension = true, Help = help,
        };
}
