package org.dmsnap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The part of JSON Schema that docs/JSON.md uses; any other keyword in it is a failure. */
final class JsonSchema {

  private static final List<String> KEYWORDS =
      List.of("type", "required", "additionalProperties", "properties", "items", "enum");

  private final Map<?, ?> schema;

  private JsonSchema(Map<?, ?> schema) {
    this.schema = schema;
  }

  /** The schema of that name in docs/JSON.md. */
  static JsonSchema of(String name) throws IOException {
    String text = Files.readString(Path.of("docs/JSON.md"));
    String mark = "```json schema " + name + "\n";
    assertThat(text).contains(mark);
    int start = text.indexOf(mark) + mark.length();
    return new JsonSchema(
        (Map<?, ?>) JsonText.parse(text.substring(start, text.indexOf("```", start))));
  }

  /** Fails if {@code text} is not as the schema says. */
  void check(String text) {
    check(schema, JsonText.parse(text), "$");
  }

  private static void check(Map<?, ?> schema, Object value, String place) {
    assertThat(KEYWORDS).containsAll(keys(schema));
    if (schema.get("enum") instanceof List<?> values) {
      assertThat(values.contains(value)).as("%s: %s of %s", place, value, values).isTrue();
    }
    if (schema.get("type") instanceof String type) {
      assertThat(isA(type, value)).as("%s: %s is a %s", place, value, type).isTrue();
    }
    if (value instanceof Map<?, ?> object) {
      checkFields(schema, object, place);
    } else if (value instanceof List<?> array && schema.get("items") instanceof Map<?, ?> items) {
      for (int i = 0; i < array.size(); i++) {
        check(items, array.get(i), place + "[" + i + "]");
      }
    }
  }

  private static void checkFields(Map<?, ?> schema, Map<?, ?> object, String place) {
    if (schema.get("required") instanceof List<?> required) {
      assertThat(keys(object))
          .as(place)
          .containsAll(required.stream().map(Object::toString).toList());
    }
    Map<?, ?> properties = schema.get("properties") instanceof Map<?, ?> some ? some : Map.of();
    if (Boolean.FALSE.equals(schema.get("additionalProperties"))) {
      assertThat(keys(properties)).as(place).containsAll(keys(object));
    }
    properties.forEach(
        (name, field) -> {
          if (object.containsKey(name)) {
            check((Map<?, ?>) field, object.get(name), place + "." + name);
          }
        });
  }

  private static List<String> keys(Map<?, ?> map) {
    return map.keySet().stream().map(Object::toString).toList();
  }

  private static boolean isA(String type, Object value) {
    return switch (type) {
      case "object" -> value instanceof Map;
      case "array" -> value instanceof List;
      case "string" -> value instanceof String;
      case "boolean" -> value instanceof Boolean;
      case "integer" ->
          value instanceof BigDecimal number && number.stripTrailingZeros().scale() <= 0;
      case "number" -> value instanceof BigDecimal;
      default -> throw new AssertionError("no type of ours: " + type);
    };
  }
}
