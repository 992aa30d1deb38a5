using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace SecureStreams.Architecture.Tests;

/// <summary>Prints what of an assembly others can see, a line for each type and member, in an order that does not depend on the compiler.</summary>
internal static class ApiListing
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetTypes().Where(IsVisible).OrderBy(static type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(TypeLine(type)).Append('\n');
            foreach (var line in MemberLines(type).Order(StringComparer.Ordinal))
                text.Append("    ").Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static bool IsVisible(Type type) =>
        !type.Name.StartsWith('<') && (type.IsPublic || ((type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!)));

    private static bool IsVisible(MethodBase? method) => method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);

    private static string TypeLine(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => type.IsByRefLike ? "ref struct" : "struct",
            _ when typeof(Delegate).IsAssignableFrom(type) => "delegate",
            _ => type switch { { IsAbstract: true, IsSealed: true } => "static class", { IsAbstract: true } => "abstract class", { IsSealed: true } => "sealed class", _ => "class" },
        };
        if (type.IsValueType && type.IsDefined(typeof(IsReadOnlyAttribute)))
            kind = "readonly " + kind;
        var bases = new List<string>();
        if (type.BaseType is { } parent && !type.IsValueType && parent != typeof(object) && parent != typeof(MulticastDelegate))
            bases.Add(TypeNames.Of(parent));
        if (!type.IsEnum)
            bases.AddRange(type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []).Where(static one => one.IsPublic).Select(static one => TypeNames.Of(one)).Order(StringComparer.Ordinal));
        return $"{kind} {type.Namespace}.{TypeNames.Of(type)}{(bases.Count == 0 ? "" : " : " + string.Join(", ", bases))}{Constraints(type.GetGenericArguments())}";
    }

    private static IEnumerable<string> MemberLines(Type type)
    {
        if (type.IsEnum)
        {
            var underlying = Enum.GetUnderlyingType(type);
            return type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(field => $"{field.Name} = {Convert.ChangeType(field.GetRawConstantValue(), underlying, CultureInfo.InvariantCulture)}");
        }

        return type.GetConstructors(Declared).Where(IsVisible).Select(static one => $"{Access(one)}ctor({Parameters(one)})")
            .Concat(type.GetFields(Declared).Where(static one => one.IsPublic || one.IsFamily || one.IsFamilyOrAssembly).Select(FieldLine))
            .Concat(type.GetProperties(Declared).Where(static one => IsVisible(one.GetMethod) || IsVisible(one.SetMethod)).Select(PropertyLine))
            .Concat(type.GetEvents(Declared).Where(static one => IsVisible(one.AddMethod)).Select(static one => $"event {TypeNames.Of(one.EventHandlerType!)} {one.Name}"))
            .Concat(type.GetMethods(Declared).Where(IsListed).Select(MethodLine));
    }

    // Accessors are told by their property; what the compiler writes for a record is told by its being a record.
    private static bool IsListed(MethodInfo method) =>
        IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) && !method.IsDefined(typeof(CompilerGeneratedAttribute)) && !method.Name.StartsWith('<');

    private static string FieldLine(FieldInfo field)
    {
        var modifier = field.IsLiteral ? "const " : $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}";
        var value = field.IsLiteral ? $" = {Literal(field.GetRawConstantValue())}" : "";
        return $"{(field.IsPublic ? "" : "protected ")}{modifier}{TypeNames.Of(field.FieldType, Nullability.Create(field))} {field.Name}{value}";
    }

    private static string PropertyLine(PropertyInfo property)
    {
        var accessor = IsVisible(property.GetMethod) ? property.GetMethod! : property.SetMethod!;
        var text = new StringBuilder(Access(accessor)).Append(Modifiers(accessor));
        if (property.IsDefined(typeof(RequiredMemberAttribute)))
            text.Append("required ");
        text.Append(TypeNames.Of(property.PropertyType, Nullability.Create(property))).Append(' ').Append(property.Name);
        if (property.GetIndexParameters() is { Length: > 0 } index)
            text.Append('[').AppendJoin(", ", index.Select(Parameter)).Append(']');
        text.Append(" {");
        if (IsVisible(property.GetMethod))
            text.Append(" get;");
        if (IsVisible(property.SetMethod))
            text.Append(property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;");
        return text.Append(" }").ToString();
    }

    private static string MethodLine(MethodInfo method)
    {
        var generics = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(static one => one.Name))}>" : "";
        return $"{Access(method)}{Modifiers(method)}{Passing(method.ReturnParameter)}{TypeNames.Of(method.ReturnType, Nullability.Create(method.ReturnParameter))} "
            + $"{method.Name}{generics}({Parameters(method)}){Constraints(method.GetGenericArguments())}";
    }

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Modifiers(MethodInfo method) => method switch
    {
        { IsStatic: true } => "static ",
        { DeclaringType.IsInterface: true } => method.IsAbstract ? "" : "virtual ",
        { IsAbstract: true } => "abstract ",
        _ when method.GetBaseDefinition() != method => method.IsFinal ? "sealed override " : "override ",
        { IsVirtual: true, IsFinal: false } => "virtual ",
        _ => "",
    };

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "") + string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var text = $"{(parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : "")}"
            + $"{(parameter.IsDefined(typeof(ScopedRefAttribute)) ? "scoped " : "")}{Passing(parameter)}{TypeNames.Of(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}";
        return parameter.HasDefaultValue ? $"{text} = {Literal(parameter.RawDefaultValue)}" : text;
    }

    private static string Passing(ParameterInfo parameter) => parameter switch
    {
        { ParameterType.IsByRef: false } => "",
        { IsOut: true } => "out ",
        _ when parameter.IsDefined(typeof(IsReadOnlyAttribute)) => parameter.Position < 0 ? "ref readonly " : "in ",
        _ => "ref ",
    };

    private static string Constraints(IEnumerable<Type> arguments)
    {
        var text = new StringBuilder();
        foreach (var argument in arguments.Where(static one => one.IsGenericParameter))
        {
            var flags = argument.GenericParameterAttributes;
            var all = new List<string>();
            if (flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
                all.Add("struct");
            else if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
                all.Add("class");
            all.AddRange(argument.GetGenericParameterConstraints().Where(static one => one != typeof(ValueType)).Select(static one => TypeNames.Of(one)));
            if (flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
                all.Add("new()");
            if (all.Count > 0)
                text.Append(" where ").Append(argument.Name).Append(" : ").AppendJoin(", ", all);
        }

        return text.ToString();
    }

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
