using System.Net;

namespace SecureStreams.Network;

/// <summary>What the resolver said for one family, or for both together.</summary>
/// <param name="Addresses">The addresses.</param>
/// <param name="Error">What it threw instead; null when it answered.</param>
internal sealed record NameAnswer(IReadOnlyList<IPAddress> Addresses, Exception? Error);
