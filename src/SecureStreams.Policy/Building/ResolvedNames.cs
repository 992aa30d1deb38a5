using System.Collections.Frozen;

namespace SecureStreams.Policy;

/// <summary>What names of a policy stand for while its streamtypes are built.</summary>
internal sealed record ResolvedNames(FrozenDictionary<string, RetryPolicy> Retries, FrozenDictionary<string, TrustStorePolicy> TrustStores);
